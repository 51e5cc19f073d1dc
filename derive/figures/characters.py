"""The commands that a label may hold, by the character that shows them. What stands in no table is no command."""

from types import MappingProxyType

GREEK = MappingProxyType({
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "varpi": "ϖ", "rho": "ρ", "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ", "upsilon": "υ", "phi": "ϕ",
    "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
})  # fmt: skip
CAPITALS = MappingProxyType({
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ",
    "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
})  # fmt: skip
LETTERLIKE = MappingProxyType({"partial": "∂", "ell": "ℓ", "hbar": "ℏ", "imath": "ı", "jmath": "ȷ"})
SIGNS = MappingProxyType({
    "infty": "∞", "nabla": "∇", "top": "⊤", "intercal": "⊺", "bot": "⊥", "perp": "⊥", "prime": "′", "star": "⋆",
    "dagger": "†", "emptyset": "∅", "Re": "ℜ", "Im": "ℑ", "ldots": "…", "dots": "…", "cdots": "⋯", "sum": "∑",
    "prod": "∏", "|": "‖", "{": "{", "}": "}", "langle": "⟨", "rangle": "⟩", "ast": "∗", "sqrt": "√",
})  # fmt: skip
BINARY = MappingProxyType({
    "times": "×", "cdot": "·", "odot": "⊙", "circ": "∘", "otimes": "⊗", "oslash": "⊘", "oplus": "⊕", "div": "÷",
    "pm": "±", "mp": "∓", "bullet": "∙",
})  # fmt: skip
RELATIONS = MappingProxyType({
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "in": "∈", "to": "→",
    "rightarrow": "→", "leftarrow": "←", "gets": "←", "lt": "<", "gt": ">", "propto": "∝",
})  # fmt: skip
FUNCTIONS = frozenset({
    "max", "min", "exp", "log", "ln", "tanh", "sinh", "cosh", "coth", "sin", "cos", "tan", "det",
})  # fmt: skip
SPACES = MappingProxyType({",": 0.17, ":": 0.22, ";": 0.28, ">": 0.22, "!": 0.0, " ": 0.33, "quad": 1.0, "qquad": 2.0})

ACCENTS = MappingProxyType({
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0304", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "breve": "\u0306", "vec": "\u20d7",
    "underline": "\u0332",
})  # fmt: skip
FONTS = MappingProxyType({
    "mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "textbf": "bold",
    "mathrm": "upright", "operatorname": "upright",
    "text": "upright", "textrm": "upright", "mathsf": "upright", "mathtt": "upright", "mathit": "italic",
    "mathcal": "SCRIPT", "mathscr": "SCRIPT", "mathfrak": "FRAKTUR", "mathbb": "DOUBLE-STRUCK",
})  # fmt: skip
PASSED_OVER = frozenset(
    {"left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "textstyle", "limits", "nolimits"}
)
"""Commands that change how a formula looks and not what it says."""
