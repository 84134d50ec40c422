"""Nếp Nhà, a field-survey server: XLSForm surveys out to ODK Collect, submissions back, figures from them."""
