"""Senders: one module a channel."""
