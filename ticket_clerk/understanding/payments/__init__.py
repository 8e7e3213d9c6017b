"""What buyers say of paying: budgets, prices, promotion codes, extras, and what orders cost."""
