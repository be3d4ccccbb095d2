"""Hand-made deliveries: a few people whose right answers are known by hand."""
