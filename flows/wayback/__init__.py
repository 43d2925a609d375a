"""Web archives as a way into the past: their index of captures (CDX), their mementos (RFC 7089), and their limits."""
