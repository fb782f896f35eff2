"""A package, unlike other folders of tests, so that its tests share one site and others do not."""
