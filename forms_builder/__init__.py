"""What is asked: forms, their versions, and the one rule language of the product (`forms_builder.rules`)."""
