"""What is counted: measures, contributions, indicators, plans, figures and tables."""
