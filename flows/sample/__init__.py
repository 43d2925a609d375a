"""The Meridian Bulletin: an invented outlet on loopback, for the demo and for tests."""
