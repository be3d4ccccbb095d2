"""How long each stage takes and how much memory it needs, measured from outside."""
