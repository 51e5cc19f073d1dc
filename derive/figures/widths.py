"""How wide characters are, in hundredths of the size of the type: a reader checks a line by eye.

The numbers are those of Computer Modern, which is wider than the faces that a page falls back on; boxes that hold a
label by these numbers hold it in either.
"""

from types import MappingProxyType


def _table(*lines: str) -> MappingProxyType[str, float]:
    """`a53 b43`: a character and its width."""
    return MappingProxyType({entry[0]: int(entry[1:]) / 100 for line in lines for entry in line.split()})


ITALIC = _table(
    "a53 b43 c43 d52 e47 f60 g50 h58 i34 j41 k52 l30 m88 n60 o48 p50 q45 r45 s47 t36 u57 v48 w72 x57 y49 z51",
    "A75 B77 C75 D83 E76 F78 G79 H87 I49 J62 K88 L68 M104 N87 O78 P78 Q79 R76 S64 T70 U77 V74 W104 X87 Y74 Z73",
    "α64 β60 γ56 δ46 ϵ41 ζ50 η50 θ48 ι35 κ58 λ58 μ60 ν54 ξ47 π60 ρ52 σ60 τ53 υ57 ϕ60 χ63 ψ68 ω65",
    "ε50 ϑ61 ϖ84 ϱ52 ς42 φ66 ∂58 ℓ42 ℏ58 ı32 ȷ41",
)
UPRIGHT = _table(
    "a50 b56 c44 d56 e44 f33 g50 h56 i28 j31 k53 l28 m83 n56 o50 p56 q53 r39 s39 t39 u56 v53 w72 x53 y53 z44",
    "A75 B71 C72 D76 E68 F65 G78 H75 I36 J51 K78 L63 M92 N75 O78 P68 Q78 R74 S56 T72 U75 V75 W103 X75 Y75 Z61",
    "050 150 250 350 450 550 650 750 850 950 (39 )39 [28 ]28 {50 }50 =78 +78 /50 |28 !28 ?47 .28 ,28 :28 ;28 '28",
    "*50 -33 √83 ‖50 ∞100 ∇83 ⊤78 ⊺56 ⊥78 ∑106 ∏94",
    "−78 ×78 ·28 ⊙78 ⊗78 ⊘78 ⊕78 ∘50 ÷78 ±78 ∓78 ≤78 ≥78 ≠78 <78 >78 ≈78 ∈67 →100 ←100",
    "⟨39 ⟩39 ′30 …120 ⋯120 †44 ⋆50 ∗50 ∅50 ℜ72 ℑ55 Γ63 Δ83 Θ78 Λ69 Ξ67 Π75 Σ72 Υ78 Φ72 Ψ78 Ω72",
)
BOLD = _table(
    "a56 b64 c51 d64 e53 f40 g57 h64 i32 j35 k61 l32 m96 n64 o57 p64 q61 r47 s45 t45 u64 v61 w83 x61 y61 z51",
    "A87 B82 C83 D88 E76 F72 G90 H90 I44 J59 K90 L69 M109 N90 O86 P79 Q86 R86 S64 T80 U88 V87 W119 X87 Y87 Z70",
    "057 157 257 357 457 557 657 757 857 957",
)

USUAL = 0.8
"""The width of a character that stands in no table."""


def width_of(text: str, face: str) -> float:
    """The width of some characters at size 1; accents that combine take none."""
    table = {"italic": ITALIC, "bold": BOLD}.get(face, UPRIGHT)
    return sum(table.get(character, UPRIGHT.get(character, _of_unknown(character))) for character in text)


def _of_unknown(character: str) -> float:
    """Combining marks have no width; a space has a third."""
    if "\u0300" <= character <= "\u036f" or "\u20d0" <= character <= "\u20ff":
        return 0.0
    return ITALIC.get(character, 0.33 if character.isspace() else USUAL)
