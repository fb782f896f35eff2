"""The pages: thin views over services and models."""
