"""Patchwork's older interface, XML-RPC, for the clients that still speak it."""
