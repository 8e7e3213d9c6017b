"""The purchase form, from the first words to the checkout link."""
