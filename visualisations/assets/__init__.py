"""Assets: the browser libraries that the pages use, and how they are fetched."""
