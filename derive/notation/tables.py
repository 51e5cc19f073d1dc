"""The commands of LaTeX that are read, by what they stand for. A reader checks a column by eye."""

from types import MappingProxyType

# command -> token kind; the token's text is the command itself
OPERATORS = MappingProxyType({
    "+": "PLUS", "-": "MINUS", "−": "MINUS", "\\pm": "PLUSMINUS", "\\mp": "PLUSMINUS",
    "\\cdot": "CDOT", "·": "CDOT", "⋅": "CDOT", "\\cdotp": "CDOT",
    "\\times": "TIMES", "×": "TIMES", "*": "STAR", "\\ast": "STAR",
    "\\odot": "ODOT", "\\bigodot": "ODOT", "⊙": "ODOT", "\\circ": "CIRC", "∘": "CIRC", "\\bullet": "ODOT", "\\otimes": "OTIMES", "⊗": "OTIMES",
    "\\oslash": "OSLASH", "⊘": "OSLASH", "/": "SLASH", "\\div": "SLASH", "@": "AT",
    ",": "COMMA", ";": "SEMICOLON", ":": "COLON", "\\colon": "COLON",
    "^": "CARET", "_": "UNDERSCORE", "&": "AMPERSAND",
    "\\partial": "PARTIAL", "∂": "PARTIAL", "\\nabla": "NABLA", "∇": "NABLA",
    "\\sum": "SUM", "∑": "SUM", "\\prod": "PROD", "∏": "PROD",
    "\\forall": "FORALL", "∀": "FORALL",
})  # fmt: skip

DOTS = frozenset(
    {
        "\\dots",
        "\\cdots",
        "\\ldots",
        "\\dotsc",
        "\\dotsb",
        "\\dotsm",
        "\\vdots",
        "\\ddots",
        "\\hdots",
        "…",
        "⋯",
        "⋮",
        "⋱",
    }
)

# command -> (the relation as the report shows it where it differs, what it does)
RELATIONS = MappingProxyType({
    "=": "claim", "\\equiv": "define", "≡": "define", ":=": "define", "\\coloneqq": "define", "\\coloneq": "define",
    "\\triangleq": "define", "\\stackrel{\\text{def}}{=}": "define", "\\leftarrow": "define", "\\gets": "define", "←": "define",
    "\\in": "member", "∈": "member", "+=": "adds", "\\mathrel{+}=": "adds",
    "-=": "takes", "\\mathrel{-}=": "takes",
    "\\approx": "nothing", "≈": "nothing", "\\propto": "nothing", "∝": "nothing", "\\sim": "nothing", "\\simeq": "nothing",
    "\\neq": "differ", "\\ne": "differ", "≠": "differ",
    "<": "less", ">": "greater", "\\lt": "less", "\\gt": "greater",
    "\\le": "at most", "\\leq": "at most", "≤": "at most", "\\leqslant": "at most",
    "\\ge": "at least", "\\geq": "at least", "≥": "at least", "\\geqslant": "at least",
    "\\to": "map", "\\rightarrow": "map", "→": "map", "\\mapsto": "map", "\\longrightarrow": "map",
    "\\Longrightarrow": "implies", "\\Longleftrightarrow": "implies",
    "\\Rightarrow": "implies", "\\implies": "implies", "\\Leftrightarrow": "implies", "\\iff": "implies", "⇒": "implies", "⇔": "implies",
    "\\therefore": "implies", "\\because": "implies",
    "\\doteq": "define", "\\eqqcolon": "names", "=:": "names", "\\eqcolon": "names",
    "\\overset{!}{=}": "nothing", "\\overset{?}{=}": "nothing",
    "\\cong": "nothing", "≅": "nothing", "\\approxeq": "nothing", "\\asymp": "nothing", "\\thicksim": "nothing", "\\thickapprox": "nothing",
    "\\fallingdotseq": "nothing", "\\risingdotseq": "nothing", "\\backsimeq": "nothing", "\\simeqq": "nothing", "≃": "nothing", "∼": "nothing",
    "\\lesssim": "compares", "\\gtrsim": "compares", "\\ll": "compares", "\\gg": "compares", "≪": "compares", "≫": "compares",
    "\\prec": "compares", "\\succ": "compares", "\\preceq": "compares", "\\succeq": "compares", "⪯": "compares", "⪰": "compares",
    "\\subset": "compares", "\\subseteq": "compares", "\\supset": "compares", "\\supseteq": "compares", "\\notin": "compares", "∉": "compares",
})  # fmt: skip

IMPLICATIONS = frozenset(
    {"\\Rightarrow", "\\Longrightarrow", "\\implies", "\\Leftrightarrow", "\\Longleftrightarrow", "\\iff", "⇒", "⇔"}
)

OPENING = MappingProxyType({"(": "LPAR", "[": "LBRACK", "\\{": "LSET", "\\lbrace": "LSET", "\\lbrack": "LBRACK",
                            "\\langle": "LANGLE", "⟨": "LANGLE", "\\llbracket": "LBRACK", "⟦": "LBRACK", "\\lvert": "LBAR", "\\lVert": "LNORM"})  # fmt: skip
CLOSING = MappingProxyType({")": "RPAR", "]": "RBRACK", "\\}": "RSET", "\\rbrace": "RSET", "\\rbrack": "RBRACK",
                            "\\rangle": "RANGLE", "⟩": "RANGLE", "\\rrbracket": "RBRACK", "⟧": "RBRACK", "\\rvert": "RBAR", "\\rVert": "RNORM"})  # fmt: skip
PARTNERS = MappingProxyType({"LPAR": "RPAR", "LBRACK": "RBRACK", "LSET": "RSET", "LBRACE": "RBRACE", "LANGLE": "RANGLE",
                             "LBAR": "RBAR", "LNORM": "RNORM", "BEGIN": "END"})  # fmt: skip

# accents make another name; fonts do not, unless both forms are declared
ACCENTS = MappingProxyType({
    "\\hat": "hat", "\\widehat": "hat", "\\tilde": "tilde", "\\widetilde": "tilde", "\\bar": "bar", "\\overline": "bar",
    "\\vec": "vec", "\\overrightarrow": "vec", "\\dot": "dot", "\\ddot": "ddot", "\\check": "check", "\\breve": "breve",
    "\\underline": "underline",
})  # fmt: skip
FONTS = MappingProxyType({
    "\\mathbf": "bf", "\\bold": "bf", "\\boldsymbol": "bf", "\\bm": "bf", "\\pmb": "bf", "\\mathrm": "rm", "\\mathit": "it", "\\mathnormal": "it",
    "\\mathcal": "cal", "\\mathscr": "cal", "\\mathsf": "sf", "\\mathtt": "tt", "\\mathbb": "bb", "\\mathds": "bb",
    "\\mathbbm": "bb", "\\mathfrak": "frak",
})  # fmt: skip
FONT_SWITCHES = MappingProxyType({  # a font for all that follows in its group
    "\\bf": "bf", "\\bfseries": "bf", "\\rm": "rm", "\\it": "it", "\\sf": "sf", "\\tt": "tt", "\\cal": "cal",
})  # fmt: skip
WORDS = frozenset(
    {"\\text", "\\textrm", "\\textbf", "\\textit", "\\textsf", "\\texttt", "\\operatorname", "\\mbox", "\\textnormal"}
)

# passed over with nothing else, with one argument, or keeping the last of several
PASSED_OVER = frozenset({
    "\\,", "\\;", "\\!", "\\:", "\\>", "\\ ", "~", "\\displaystyle", "\\textstyle", "\\scriptstyle", "\\limits", "\\nolimits",
    "\\nonumber", "\\notag", "\\space", "\\thinspace", "\\medspace", "\\thickspace", "\\enspace", "\\left", "\\right", "\\middle", "\\big",
    "\\Big", "\\bigg", "\\Bigg", "\\bigl", "\\bigr", "\\Bigl", "\\Bigr", "\\biggl", "\\biggr", "\\Biggl", "\\Biggr", "\\bigm", "\\hfill",
    "\\allowbreak", "\\strut", "\\relax", "\\noindent", "\\centering", "\\mathstrut", "\\par", "\\small", "\\large",
    "\\left.", "\\right.", "\\nobreak", "\\\n", "\\hline", "\\nobreakspace",
})  # fmt: skip
SIZES_OF_TYPE = frozenset({"\\tiny", "\\scriptsize", "\\footnotesize", "\\normalsize", "\\Large", "\\LARGE", "\\huge", "\\Huge", "\\scriptscriptstyle"})  # fmt: skip
TAKING_NOTHING = frozenset({  # passed over, but not where braces follow: then it is somebody's macro
    "\\par", "\\strut", "\\relax", "\\noindent", "\\centering", "\\mathstrut", "\\allowbreak", "\\nobreak", "\\space", "\\thinspace",
    "\\medspace", "\\thickspace", "\\enspace", "\\nonumber", "\\notag",
})  # fmt: skip
ROWS_IN_BRACES = frozenset({"\\eqalign", "\\eqalignno", "\\leqalignno", "\\displaylines"})
PASSED_OVER_WITH_ARGUMENT = frozenset({"\\hspace", "\\hspace*", "\\vspace", "\\phantom", "\\hphantom", "\\vphantom", "\\color", "\\label",
                                       "\\footnote", "\\intertext", "\\shortintertext"})  # fmt: skip
TRANSPARENT = MappingProxyType({  # command -> which of how many arguments is kept
    "\\boxed": (0, 1), "\\fbox": (0, 1), "\\textcolor": (1, 2), "\\colorbox": (1, 2), "\\mathop": (0, 1),
    "\\mathrel": (0, 1), "\\mathbin": (0, 1), "\\mathord": (0, 1), "\\ensuremath": (0, 1), "\\smash": (0, 1), "\\mathstrut": (0, 1),
})  # fmt: skip
ANNOTATED = MappingProxyType(
    {"\\underbrace": "UNDERSCORE", "\\overbrace": "CARET", "\\underset": "", "\\overset": "", "\\stackrel": ""}
)

MATRIX_ENVIRONMENTS = frozenset({"matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix", "array", "psmallmatrix",
                                 "bsmallmatrix"})  # fmt: skip
CASES_ENVIRONMENTS = frozenset({"cases", "dcases", "rcases"})
ROW_ENVIRONMENTS = frozenset({"equation", "align", "alignat", "aligned", "alignedat", "gather", "gathered", "multline", "split", "eqnarray",
                              "flalign", "math", "displaymath"})  # fmt: skip

# words below or above a letter that make another name of it, also where they are set as single letters
MARKS_OF_NAMES = frozenset({"new", "old", "next", "prev", "init", "opt", "best", "MLE", "MAP", "ML", "OLS", "LS", "reg", "train", "test"})  # fmt: skip

END_MARKS = frozenset({"\\checkmark", "\\qed", "\\qedhere", "\\qedsymbol", "\\square", "\\blacksquare", "\\Box", "✓", "✔", "∎", "□", "■"})  # fmt: skip

GREEK = frozenset(["\\alpha", "\\beta", "\\gamma", "\\delta", "\\epsilon", "\\varepsilon", "\\zeta", "\\eta", "\\theta", "\\vartheta", "\\iota", "\\kappa", "\\lambda", "\\mu", "\\nu", "\\xi", "\\pi", "\\varpi", "\\rho", "\\varrho", "\\sigma", "\\varsigma", "\\tau", "\\upsilon", "\\phi", "\\varphi", "\\chi", "\\psi", "\\omega", "\\Gamma", "\\Delta", "\\Theta", "\\Lambda", "\\Xi", "\\Pi", "\\Sigma", "\\Upsilon", "\\Phi", "\\Psi", "\\Omega"])  # fmt: skip
LETTERLIKE = GREEK | frozenset({"\\ell", "\\hbar", "\\imath", "\\jmath", "\\infty", "\\top", "\\intercal", "\\prime", "\\Re", "\\Im", "\\dagger",
                                "\\star", "\\emptyset", "\\odotT", "\\bot", "\\perp"})  # fmt: skip

# words that may stand in \text{…}: they begin a condition, separate equations, or are passed over
CONDITION_WORDS = frozenset(
    {"if", "for", "when", "whenever", "for all", "for each", "for every", "for any", "provided", "provided that"}
)
CONDITIONS_ABROAD = {
    "falls": "if", "wenn": "if", "si": "if", "für": "for", "pour": "for", "para": "for",
    "für alle": "for all", "für jedes": "for each", "pour tout": "for all", "pour tous": "for all",
    "pour chaque": "for each", "para todo": "for all", "para cada": "for each", "若": "if", "如果": "if", "当": "when",
}  # fmt: skip
OTHERWISE_WORDS = frozenset(
    {"otherwise", "else", "elsewhere", "sonst", "andernfalls", "sinon", "en otro caso", "否则", "その他"}
)
SEPARATING_WORDS = frozenset({"and", "or", "so", "hence", "thus", "therefore", "then", "where", "with", "since", "because", "as", "which", "using",
                              "by", "from", "note", "i.e.", "that is", "such that", "s.t.", "we have", "we get", "nor",
                              "und", "oder", "mit", "wobei", "sowie", "somit", "daher", "d.h.", "et", "où", "donc", "avec", "d'où", "alors",
                              "ainsi", "donde", "entonces", "dove", "quindi", "allora", "onde", "其中", "且", "所以", "因此", "故", "即",
                              "ただし", "よって", "したがって", "すなわち", "また", "ここで"})  # fmt: skip
CONSTRAINT_WORDS = frozenset({"s.t", "subject to", "such that"})
PROBLEM_WORDS = frozenset({"\\min", "\\max", "\\argmin", "\\argmax", "\\arg", "argmin", "argmax", "minimize", "maximize", "minimise",
                           "maximise"})  # fmt: skip
NOTE_WORDS = frozenset(
    {"where", "with", "since", "because", "as", "which", "using", "by", "from", "note", "such that", "s.t.", "as given"}
)
