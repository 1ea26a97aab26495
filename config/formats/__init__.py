"""How Django writes dates where no template says it: in the administration as everywhere else in the product."""
