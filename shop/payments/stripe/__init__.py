"""Everything that speaks to Stripe, or to the local stand-in: only the addresses differ."""
