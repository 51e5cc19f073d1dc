"""An equation's LaTeX -> tokens -> syntax -> typed expressions, by a symbol table."""
