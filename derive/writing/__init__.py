"""What people receive: reports for a terminal, as JSON, as a page."""
