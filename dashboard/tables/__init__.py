"""Tables as frames. Text that came from outside is made safe for a spreadsheet."""
