"""What a person's browser opens: Stripe.js and its frames, the dashboard, the test controls."""
