"""Post/Redirect/Get for every form of the product: the response page of a form is stored and shown at a URL of its own."""
