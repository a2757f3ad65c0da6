"""The estate, made ready for questions: what there is, by ARN, and what is known of each thing and type."""
