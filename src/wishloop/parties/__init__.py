"""People and organisations, what is known of them (encrypted), their roles, and what they consented to."""
