"""What people did: one module for each kind of care. Each adds dated facts to a life."""
