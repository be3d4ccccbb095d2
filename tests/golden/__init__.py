"""Did anything change on the made-up ICS, end to end? And the figures of docs/figures.md."""
