"""Saved searches: what is watched for, the feeds that show it, and the messages that tell of it."""

from flows.watching.renewing import renew, renew_one
from flows.watching.watches import BadWatch, Watch, add, load, load_each, remove

__all__ = ["BadWatch", "Watch", "add", "load", "load_each", "remove", "renew", "renew_one"]
