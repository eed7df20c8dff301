"""Companies, contacts and who knows them, as a person sees and changes them."""
