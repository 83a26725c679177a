"""Any activity: the door: everything that is audio comes in and goes out here."""
