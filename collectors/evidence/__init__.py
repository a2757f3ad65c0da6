"""Evidence of who put which events: readers of CloudTrail's PutEvents records, wherever they lie, and how readings add up."""
