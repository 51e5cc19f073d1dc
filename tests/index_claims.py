# ruff: noqa: E501
"""Claims with their settings: those that hold for every size of every dimension, and those that do not."""

CALCULUS = r"""symbols:
  x: n x 1
  y: n x 1
  z: n x 1
  A: m x n
  B: n x n
  S: symmetric n x n
  b: m x 1
  X: N x n
  v: N x 1
  \lambda: positive scalar
  \tau: positive scalar
  \gamma: scalar
  s: scalar
  t: scalar
  a: scalar
  p: positive n x 1
  q: positive n x 1
"""

BATCH = r"""symbols:
  X: N x D
  \gamma: 1 x D
  \beta: 1 x D
  G: N x D
  \epsilon: positive scalar
model:
  \mu_j: \frac{1}{N}\sum_{i=1}^N X_{ij}
  v_j: \frac{1}{N}\sum_{i=1}^N (X_{ij} - \mu_j)^2
  \hat{X}_{ij}: \frac{X_{ij} - \mu_j}{\sqrt{v_j+\epsilon}}
  Y_{ij}: \gamma_j \hat{X}_{ij} + \beta_j
  L: \sum_{ij} G_{ij} Y_{ij}
loss: L
"""

RMS = r"""symbols:
  x: d x 1
  g: d x 1
  w: d x 1
  \epsilon: positive scalar
model:
  r: \sqrt{\frac{1}{d}\sum_k x_k^2+\epsilon}
  y: g \odot x / r
  L: w^T y
loss: L
"""

ATTENTION = r"""symbols:
  Q: n x d
  K: m x d
  V: m x v
  G: n x v
model:
  S: \frac{QK^T}{\sqrt d}
  P: \mathrm{softmax}(S)
  O: P V
  L: \sum_{ij}G_{ij}O_{ij}
loss: L
"""

GATES = r"""symbols:
  x: d x 1
  c: h x 1
  W: h x d
  U: h x h
  b: h x 1
  q: h x 1
model:
  z: W x + U q + b
  i: \sigma(z)
  f: \sigma(z + b)
  o: \sigma(W x)
  g: \tanh(U q)
  e: f \odot c + i \odot g
  h: o \odot \tanh(e)
  L: \frac12\|h\|^2
loss: L
"""

RESIDUAL = r"""symbols:
  X: N x D
  W: D x D
  Y: N x D
model:
  A: \max(0, X W)
  B: A W + X
  L: \frac12\|B-Y\|_F^2
loss: L
"""

LABELS = r"""symbols:
  Z: N x C
  y: labels N of C
  \epsilon: scalar
  \tau: positive scalar
model:
  P: \mathrm{softmax}(Z)
  \ell_i: -\log P_{i,y_i}
  L: \frac1N\sum_{i=1}^N \ell_i
  M: -\frac1N\sum_{i=1}^N\sum_{k=1}^C ((1-\epsilon)\mathbb{1}(y_i=k)+\frac{\epsilon}{C})\log P_{ik}
  H: -\sum_{i=1}^N\sum_k P_{ik}\log P_{ik}
  F: -\sum_{i=1}^N (1-P_{i,y_i})^2\log P_{i,y_i}
loss: L
"""

TRUE: dict[str, list[tuple[str, str]]] = {
    CALCULUS: [
        (r"\log(ab)-\log(ab)", r"0"),
        (r"\nabla_x \|A x - b\|^2", r"2A^T(Ax-b)"),
        (r"\nabla_x (\|A x - b\|^2 + \lambda\|x\|^2)", r"2A^T(Ax-b)+2\lambda x"),
        (r"(A^T A + \lambda I)(A^T A+\lambda I)^{-1}A^T b", r"A^T b"),
        (r"\nabla_x \frac{x^T S x}{x^T x}", r"\frac{2}{x^T x}(S x - \frac{x^T S x}{x^T x} x)"),
        (r"\nabla_x \frac{x^T y}{\|x\|\|y\|}", r"\frac{y}{\|x\|\|y\|}-\frac{x^T y}{\|x\|^3\|y\|}x"),
        (r"\frac{\partial}{\partial x}\frac{x}{\|x\|}", r"\frac{1}{\|x\|}(I-\frac{x x^T}{\|x\|^2})"),
        (r"\frac{\partial}{\partial x}\mathrm{softmax}(x)", r"\mathrm{diag}(\mathrm{softmax}(x))-\mathrm{softmax}(x)\mathrm{softmax}(x)^T"),
        (r"\frac{\partial}{\partial x}\mathrm{softmax}(x/\tau)", r"\frac{1}{\tau}(\mathrm{diag}(\mathrm{softmax}(x/\tau))-\mathrm{softmax}(x/\tau)\mathrm{softmax}(x/\tau)^T)"),
        (r"\mathrm{softmax}(x + s\mathbf{1})", r"\mathrm{softmax}(x)"),
        (r"\mathrm{softmax}(x - \max_k x_k)", r"\mathrm{softmax}(x)"),
        (r"\log\sum_k e^{x_k}", r"s+\log\sum_k e^{x_k-s}"),
        (r"\log\sum_k e^{x_k}", r"\max_j x_j+\log\sum_k e^{x_k-\max_j x_j}"),
        (r"\mathrm{tr}(A^T A)", r"\|A\|_F^2"),
        (r"\mathrm{tr}(A B A^T)", r"\mathrm{tr}(A^T A B)"),
        (r"\frac{\partial}{\partial A}\mathrm{tr}(A B A^T)", r"A(B+B^T)"),
        (r"\frac{\partial}{\partial A}\|A x-b\|^2", r"2(A x-b)x^T"),
        (r"\frac{\partial}{\partial B} x^T B y", r"x y^T"),
        (r"\frac{\partial}{\partial B} x^T B^T y", r"y x^T"),
        (r"\frac{\partial}{\partial B} \mathrm{tr}(B^{-1})", r"-(B^{-1}B^{-1})^T"),
        (r"\frac{\partial}{\partial B} \log\det B", r"(B^{-1})^T"),
        (r"\frac{\partial}{\partial x} x^T B x", r"(B+B^T)x"),
        (r"\sum_k p_k\log\frac{p_k}{q_k}", r"\sum_k p_k\log p_k-\sum_k p_k \log q_k"),
        (r"\frac{\partial}{\partial q_j}\sum_k p_k\log\frac{p_k}{q_k}", r"-\frac{p_j}{q_j}"),
        (r"\frac{\partial}{\partial s} (\frac{(t-s)^2}{2\tau^2}+\log\tau)", r"\frac{s-t}{\tau^2}"),
        (r"\frac{\partial}{\partial \tau} (\frac{(t-s)^2}{2\tau^2}+\log\tau)", r"\frac{1}{\tau}-\frac{(t-s)^2}{\tau^3}"),
        (r"\frac{\partial}{\partial s}(-(1-\sigma(s))^2\log\sigma(s))", r"2(1-\sigma(s))^2\sigma(s)\log\sigma(s)-(1-\sigma(s))^3"),
        (r"\frac{\partial}{\partial s} \begin{cases}\frac12 s^2 & |s|\le\lambda\\ \lambda(|s|-\frac12\lambda) & \text{otherwise}\end{cases}", r"\begin{cases} s & |s|\le\lambda\\ \lambda\,\text{sign}(s) & \text{otherwise}\end{cases}"),
        (r"\sigma(-s)", r"1-\sigma(s)"),
        (r"\log\sigma(s)-\log\sigma(-s)", r"s"),
        (r"\log(\frac{\sigma(s)}{1-\sigma(s)})", r"s"),
        (r"\text{softplus}(s)-\text{softplus}(-s)", r"s"),
        (r"-\log\sigma(-s)", r"\text{softplus}(s)"),
        (r"\tanh(s)", r"\frac{1-e^{-2s}}{1+e^{-2s}}"),
        (r"1-\tanh(s)^2", r"\frac{1}{\cosh(s)^2}"),
        (r"1-\tanh(s)^2", r"\frac{4}{(e^s+e^{-s})^2}"),
        (r"\cosh(s)^2-\sinh(s)^2", r"1"),
        (r"\frac{d}{ds}\tan(s)", r"1+\tan(s)^2"),
        (r"\log(\lambda\tau)", r"\log\lambda+\log\tau"),
        (r"\log\sqrt{\lambda}", r"\frac12\log\lambda"),
        (r"\log\lambda^s", r"s\log\lambda"),
        (r"e^{s+t}", r"e^s e^t"),
        (r"e^{-s}", r"\frac{1}{e^s}"),
        (r"\lambda^{s}", r"e^{s\log\lambda}"),
        (r"2^{s}", r"e^{s\log 2}"),
        (r"\sqrt{\lambda}\sqrt{\lambda}", r"\lambda"),
        (r"\frac{1}{\sqrt\lambda}", r"\frac{\sqrt\lambda}{\lambda}"),
        (r"\sqrt{s^2}", r"|s|"),
        (r"\|x\|^2", r"\sum_k x_k^2"),
        (r"\log\|x\|", r"\frac12\log(x^Tx)"),
        (r"\nabla_x \log\|x\|", r"\frac{x}{\|x\|^2}"),
        (r"\nabla_x \|x\|", r"\frac{x}{\|x\|}"),
        (r"\nabla_x \|x-y\|_1", r"\text{sign}(x-y)"),
        (r"\|x-y\|^2", r"\|x\|^2-2x^Ty+\|y\|^2"),
        (r"\sum_{j\ne k}x_j", r"\mathbf{1}^Tx-x_k"),
        (r"\sum_j\sum_{k\ne j}x_j y_k", r"(\sum_j x_j)(\sum_k y_k)-x^T y"),
        (r"\sum_{i=1}^{N}\sum_{j=1}^n X_{ij}v_i x_j", r"v^T X x"),
        (r"\frac{1}{s}+\frac{1}{t}", r"\frac{s+t}{st}"),
        (r"\frac{1}{(1+s)(1+t)}-\frac{1}{1+s}+\frac{t}{(1+s)(1+t)}", r"0"),
        (r"\sum_k\frac{x_k}{(1+x_k)}", r"n-\sum_k\frac{1}{1+x_k}"),
        (r"\sum_k\frac{1}{x_k(1+x_k)}", r"\sum_k(\frac{1}{x_k}-\frac{1}{1+x_k})"),
        (r"\sum_k\frac{1-x_k^2}{1+x_k}", r"\sum_k(1-x_k)"),
        (r"\frac{s^2-t^2}{s-t}", r"s+t"),
        (r"\frac{s^3-1}{s-1}", r"s^2+s+1"),
        (r"\frac{\partial^2}{\partial x\partial x}\frac12x^TBx", r"\frac12(B+B^T)"),
        (r"\frac{\partial^2}{\partial x\partial x}\log\sum_ke^{x_k}", r"\mathrm{diag}(\mathrm{softmax}(x))-\mathrm{softmax}(x)\mathrm{softmax}(x)^T"),
        (r"\sum_k \mathrm{softmax}(x)_k", r"1"),
        (r"|x_i-x_j|", r"|x_j-x_i|"),
        (r"\max(s,t)", r"\frac{s+t+|s-t|}{2}"),
        (r"\max(s,t)+\min(s,t)", r"s+t"),
        (r"\max(s,0)-\max(-s,0)", r"s"),
        (r"|s|", r"\max(s,-s)"),
        (r"|s|", r"\max(s,0)+\max(-s,0)"),
        (r"\max(s,0)", r"s\mathbb{1}(s>0)"),
        (r"\mathbb{1}(s>0)+\mathbb{1}(s<0)+\mathbb{1}(s=0)", r"1"),
        (r"\mathbb{1}(s\ge 0)", r"1-\mathbb{1}(s<0)"),
        (r"\mathbb{1}(2s>0)", r"\mathbb{1}(s>0)"),
        (r"\mathbb{1}(s>t)", r"\mathbb{1}(t<s)"),
        (r"\frac{\partial}{\partial X}\|Xx-v\|^2", r"2(Xx-v)x^T"),
        (r"(B^T)^{-1}", r"(B^{-1})^T"),
        (r"\det(B^T)", r"\det(B)"),
        (r"\det(B^{-1})", r"\frac1{\det(B)}"),
        (r"\mathrm{tr}(x y^T)", r"y^Tx"),
        (r"x^TSy", r"y^TSx"),
        (r"(x+y)^TS(x+y)", r"x^TSx+2x^TSy+y^TSy"),
        (r"\mathrm{diag}(x)\mathrm{diag}(y)", r"\mathrm{diag}(x\odot y)"),
        (r"x\odot(By)", r"\mathrm{diag}(x)By"),
        (r"\mathrm{diag}(x y^T)", r"x\odot y"),
        (r"\frac{\partial}{\partial s}\lambda^s", r"\lambda^s\log\lambda"),
        (r"\frac{\partial}{\partial \lambda}\lambda^{a}", r"a\lambda^{a-1}"),
        (r"e^{\log\lambda}", r"\lambda"),
        (r"\sum_k e^{\log p_k}", r"\sum_k p_k"),
        (r"\prod_{k=1}^{n} p_k", r"e^{\sum_k\log p_k}"),
        (r"\log\prod_{k=1}^n p_k", r"\sum_k\log p_k"),
    ],
    BATCH: [
        (r"\frac{\partial L}{\partial \gamma_j}", r"\sum_i G_{ij}\hat{X}_{ij}"),
        (r"\frac{\partial L}{\partial \beta_j}", r"\sum_iG_{ij}"),
        (r"\frac{\partial L}{\partial v_j}", r"-\frac12\sum_i G_{ij}\gamma_j(X_{ij}-\mu_j)(v_j+\epsilon)^{-3/2}"),
        (r"\frac{\partial L}{\partial \mu_j}", r"-\sum_i \frac{G_{ij}\gamma_j}{\sqrt{v_j+\epsilon}}"),
        (r"\frac{\partial L}{\partial X_{ij}}", r"\frac{\gamma_j}{N\sqrt{v_j+\epsilon}}(N G_{ij}-\sum_k G_{kj}-\hat{X}_{ij}\sum_kG_{kj}\hat{X}_{kj})"),
        (r"\frac{\partial L}{\partial X_{ij}}", r"\frac{\partial L}{\partial \hat{X}_{ij}}\frac{1}{\sqrt{v_j+\epsilon}}+\frac{\partial L}{\partial v_j}\frac{2(X_{ij}-\mu_j)}{N}+\frac1N\frac{\partial L}{\partial \mu_j}"),
        (r"\sum_i\hat{X}_{ij}", r"0"),
        (r"\mathbf{1}^T\hat X", r"0"),
    ],
    RMS: [
        (r"\frac{\partial L}{\partial x}", r"\frac{w\odot g}{r}-\frac{x (w\odot g)^Tx}{d r^3}"),
        (r"\frac{\partial L}{\partial g}", r"\frac{w\odot x}{r}"),
        (r"\frac{\partial L}{\partial r}", r"-\frac{w^T(g\odot x)}{r^2}"),
        (r"\frac{\partial L}{\partial x_j}", r"\frac{1}{r}(w_jg_j-\frac{x_j}{d r^2}\sum_kw_kg_kx_k)"),
    ],
    ATTENTION: [
        (r"\frac{\partial L}{\partial S}", r"P\odot(\frac{\partial L}{\partial P}-(\frac{\partial L}{\partial P}\odot P)\mathbf{1})"),
        (r"\frac{\partial L}{\partial S}", r"P\odot(G V^T-((G\odot O)\mathbf{1}))"),
        (r"\frac{\partial L}{\partial S}", r"P\odot(G V^T-\mathrm{diag}(G O^T))"),
        (r"\frac{\partial L}{\partial Q}", r"\frac{1}{\sqrt d}\frac{\partial L}{\partial S}K"),
        (r"\frac{\partial L}{\partial K}", r"\frac{1}{\sqrt d}\frac{\partial L}{\partial S}^TQ"),
        (r"\frac{\partial L}{\partial V}", r"P^TG"),
    ],
    GATES: [
        (r"\frac{\partial L}{\partial h}", r"h"),
        (r"\frac{\partial L}{\partial o}", r"h\odot\tanh(e)"),
        (r"\frac{\partial L}{\partial e}", r"h\odot o\odot(1-\tanh(e)^2)"),
        (r"\frac{\partial L}{\partial c}", r"\frac{\partial L}{\partial e}\odot f"),
        (r"\frac{\partial L}{\partial f}", r"\frac{\partial L}{\partial e}\odot c"),
        (r"\frac{\partial L}{\partial g}", r"\frac{\partial L}{\partial e}\odot i"),
        (r"\frac{\partial L}{\partial z}", r"\frac{\partial L}{\partial i}\odot i\odot(1-i)+\frac{\partial L}{\partial f}\odot f\odot(1-f)"),
        (r"\frac{\partial L}{\partial b}", r"\frac{\partial L}{\partial z}+\frac{\partial L}{\partial f}\odot f\odot(1-f)"),
        (r"\frac{\partial L}{\partial q}", r"U^T(\frac{\partial L}{\partial z}+\frac{\partial L}{\partial g}\odot(1-g\odot g))"),
    ],
    RESIDUAL: [
        (r"\frac{\partial L}{\partial B}", r"B-Y"),
        (r"\frac{\partial L}{\partial A}", r"(B-Y)W^T"),
        (r"\frac{\partial L}{\partial W}", r"A^T(B-Y)+X^T(((B-Y)W^T)\odot\mathbb{1}(XW>0))"),
        (r"\frac{\partial L}{\partial X}", r"B-Y+(((B-Y)W^T)\odot\mathbb{1}(XW>0))W^T"),
    ],
    LABELS: [
        (r"\frac{\partial L}{\partial Z_{ik}}", r"\frac1N(P_{ik}-\mathbb{1}(y_i=k))"),
        (r"\frac{\partial \ell_i}{\partial Z_{ik}}", r"P_{ik}-\mathbb{1}(y_i=k)"),
        (r"\ell_i", r"-Z_{i,y_i}+\log\sum_ke^{Z_{ik}}"),
        (r"\frac{\partial M}{\partial Z_{ik}}", r"\frac1N(P_{ik}-(1-\epsilon)\mathbb{1}(y_i=k)-\frac{\epsilon}{C})"),
        (r"\frac{\partial H}{\partial Z_{ij}}", r"-P_{ij}(\log P_{ij}-\sum_kP_{ik}\log P_{ik})"),
        (r"\frac{\partial P_{ij}}{\partial Z_{ik}}", r"P_{ij}(\mathbb{1}(j=k)-P_{ik})"),
        (r"\frac{\partial F}{\partial Z_{ik}}", r"(P_{ik}-\mathbb{1}(y_i=k))(1-P_{i,y_i})((1-P_{i,y_i})-2P_{i,y_i}\log P_{i,y_i})"),
        (r"\frac{\partial P_{i,y_i}}{\partial Z_{i,y_i}}", r"P_{i,y_i}(1-P_{i,y_i})"),
    ],
}  # fmt: skip

FALSE: dict[str, list[tuple[str, str]]] = {
    CALCULUS: [
        (r"\nabla_x \|A x - b\|^2", r"2 (2A^T(Ax-b))"),
        (r"\nabla_x (\|A x - b\|^2 + \lambda\|x\|^2)", r"2 (2A^T(Ax-b)+2\lambda x)"),
        (r"(A^T A + \lambda I)(A^T A+\lambda I)^{-1}A^T b", r"2 (A^T b)"),
        (r"\nabla_x \frac{x^T S x}{x^T x}", r"\frac{2}{2x^T x}(S x - \frac{x^T S x}{x^T x} x)"),
        (r"\nabla_x \frac{x^T y}{\|x\|\|y\|}", r"\frac{y}{\|2x\|\|y\|}-\frac{x^T y}{\|x\|^3\|y\|}x"),
        (r"\frac{\partial}{\partial x}\frac{x}{\|x\|}", r"\frac{1}{\|x\|}(I-\frac{x x^T}{\|x\|^3})"),
        (r"\frac{\partial}{\partial x}\mathrm{softmax}(x)", r"2 (\mathrm{diag}(\mathrm{softmax}(x))-\mathrm{softmax}(x)\mathrm{softmax}(x)^T)"),
        (r"\frac{\partial}{\partial x}\mathrm{softmax}(x/\tau)", r"\frac{2}{\tau}(\mathrm{diag}(\mathrm{softmax}(x/\tau))-\mathrm{softmax}(x/\tau)\mathrm{softmax}(x/\tau)^T)"),
        (r"\mathrm{softmax}(x + s\mathbf{1})", r"\mathrm{softmax}(2x)"),
        (r"\mathrm{softmax}(x - \max_k x_k)", r"\mathrm{softmax}(2x)"),
        (r"\log\sum_k e^{x_k}", r"2 (s+\log\sum_k e^{x_k-s})"),
        (r"\log\sum_k e^{x_k}", r"2 (\max_j x_j+\log\sum_k e^{x_k-\max_j x_j})"),
        (r"\mathrm{tr}(A^T A)", r"2 (\|A\|_F^2)"),
        (r"\mathrm{tr}(A B A^T)", r"2 (\mathrm{tr}(A^T A B))"),
        (r"\frac{\partial}{\partial A}\mathrm{tr}(A B A^T)", r"A(B-B^T)"),
        (r"\frac{\partial}{\partial A}\|A x-b\|^2", r"3(A x-b)x^T"),
        (r"\frac{\partial}{\partial B} x^T B y", r"2x y^T"),
        (r"\frac{\partial}{\partial B} x^T B^T y", r"y 2x^T"),
        (r"\frac{\partial}{\partial B} \mathrm{tr}(B^{-1})", r"2 (-(B^{-1}B^{-1})^T)"),
        (r"\frac{\partial}{\partial B} \log\det B", r"(B^{-1})"),
        (r"\frac{\partial}{\partial x} x^T B x", r"(B-B^T)x"),
        (r"\sum_k p_k\log\frac{p_k}{q_k}", r"2 (\sum_k p_k\log p_k-\sum_k p_k \log q_k)"),
        (r"\frac{\partial}{\partial q_j}\sum_k p_k\log\frac{p_k}{q_k}", r"+\frac{p_j}{q_j}"),
        (r"\frac{\partial}{\partial s} (\frac{(t-s)^2}{2\tau^2}+\log\tau)", r"\frac{2s-t}{\tau^2}"),
        (r"\frac{\partial}{\partial \tau} (\frac{(t-s)^2}{2\tau^2}+\log\tau)", r"2 (\frac{1}{\tau}-\frac{(t-s)^2}{\tau^3})"),
        (r"\frac{\partial}{\partial s}(-(1-\sigma(s))^2\log\sigma(s))", r"2(1-\sigma(s))^2\sigma(s)\log\sigma(s)+(1-\sigma(s))^3"),
        (r"\frac{\partial}{\partial s} \begin{cases}\frac12 s^2 & |s|\le\lambda\\ \lambda(|s|-\frac12\lambda) & \text{otherwise}\end{cases}", r"2 (\begin{cases} s & |s|\le\lambda\\ \lambda\,\text{sign}(s) & \text{otherwise}\end{cases})"),
        (r"\sigma(-s)", r"2 (1-\sigma(s))"),
        (r"\log\sigma(s)-\log\sigma(-s)", r"2 (s)"),
        (r"\log(\frac{\sigma(s)}{1-\sigma(s)})", r"2 (s)"),
        (r"\text{softplus}(s)-\text{softplus}(-s)", r"2 (s)"),
        (r"-\log\sigma(-s)", r"2 (\text{softplus}(s))"),
        (r"\tanh(s)", r"2 (\frac{1-e^{-2s}}{1+e^{-2s}})"),
        (r"1-\tanh(s)^2", r"\frac{1}{\cosh(2s)^2}"),
        (r"1-\tanh(s)^2", r"\frac{4}{(e^s-e^{-s})^2}"),
        (r"\cosh(s)^2-\sinh(s)^2", r"2"),
        (r"\frac{d}{ds}\tan(s)", r"2 (1+\tan(s)^2)"),
        (r"\log(\lambda\tau)", r"\log\lambda-\log\tau"),
        (r"\log\sqrt{\lambda}", r"\log\lambda"),
        (r"\log\lambda^s", r"2 (s\log\lambda)"),
        (r"e^{s+t}", r"2 (e^s e^t)"),
        (r"e^{-s}", r"2 (\frac{1}{e^s})"),
        (r"\lambda^{s}", r"2e^{s\log\lambda}"),
        (r"2^{s}", r"2e^{s\log 2}"),
        (r"\sqrt{\lambda}\sqrt{\lambda}", r"2 (\lambda)"),
        (r"\frac{1}{\sqrt\lambda}", r"2 (\frac{\sqrt\lambda}{\lambda})"),
        (r"\sqrt{s^2}", r"2 (|s|)"),
        (r"\|x\|^2", r"2 (\sum_k x_k^2)"),
        (r"\log\|x\|", r"2 (\frac12\log(x^Tx))"),
        (r"\nabla_x \log\|x\|", r"\frac{2x}{\|x\|^2}"),
        (r"\nabla_x \|x\|", r"2 (\frac{x}{\|x\|})"),
        (r"\nabla_x \|x-y\|_1", r"\text{sign}(x+y)"),
        (r"\|x-y\|^2", r"2 (\|x\|^2-2x^Ty+\|y\|^2)"),
        (r"\sum_{j\ne k}x_j", r"2 (\mathbf{1}^Tx-x_k)"),
        (r"\sum_j\sum_{k\ne j}x_j y_k", r"(\sum_j x_j)(\sum_k y_k)-2x^T y"),
        (r"\sum_{i=1}^{N}\sum_{j=1}^n X_{ij}v_i x_j", r"2 (v^T X x)"),
        (r"\frac{1}{s}+\frac{1}{t}", r"\frac{s-t}{st}"),
        (r"\sum_k\frac{x_k}{(1+x_k)}", r"n-\sum_k\frac{2}{1+x_k}"),
        (r"\sum_k\frac{1}{x_k(1+x_k)}", r"2 (\sum_k(\frac{1}{x_k}-\frac{1}{1+x_k}))"),
        (r"\sum_k\frac{1-x_k^2}{1+x_k}", r"\sum_k(1+x_k)"),
        (r"\frac{s^2-t^2}{s-t}", r"2s+t"),
        (r"\frac{s^3-1}{s-1}", r"s^2-s+1"),
        (r"\frac{\partial^2}{\partial x\partial x}\frac12x^TBx", r"\frac22(B+B^T)"),
        (r"\frac{\partial^2}{\partial x\partial x}\log\sum_ke^{x_k}", r"\mathrm{diag}(\mathrm{softmax}(2x))-\mathrm{softmax}(x)\mathrm{softmax}(x)^T"),
        (r"\sum_k \mathrm{softmax}(x)_k", r"2"),
        (r"|x_i-x_j|", r"|2x_j-x_i|"),
        (r"\max(s,t)", r"2 (\frac{s+t+|s-t|}{2})"),
        (r"\max(s,t)+\min(s,t)", r"2s+t"),
        (r"\max(s,0)-\max(-s,0)", r"2s"),
        (r"|s|", r"2 (\max(s,-s))"),
        (r"|s|", r"\max(2s,0)+\max(-s,0)"),
        (r"\max(s,0)", r"2 (s\mathbb{1}(s>0))"),
        (r"\mathbb{1}(s>0)+\mathbb{1}(s<0)+\mathbb{1}(s=0)", r"2 (1)"),
        (r"\mathbb{1}(s\ge 0)", r"2 (1-\mathbb{1}(s<0))"),
        (r"\mathbb{1}(2s>0)", r"2 (\mathbb{1}(s>0))"),
        (r"\frac{\partial}{\partial X}\|Xx-v\|^2", r"2(Xx-v)2x^T"),
        (r"(B^T)^{-1}", r"(B^{-1})"),
        (r"\det(B^T)", r"2 (\det(B))"),
        (r"\det(B^{-1})", r"2 (\frac1{\det(B)})"),
        (r"\mathrm{tr}(x y^T)", r"2 (y^Tx)"),
        (r"x^TSy", r"2 (y^TSx)"),
        (r"(x+y)^TS(x+y)", r"2 (x^TSx+2x^TSy+y^TSy)"),
        (r"\mathrm{diag}(x)\mathrm{diag}(y)", r"\mathrm{diag}(x+ y)"),
        (r"x\odot(By)", r"2 (\mathrm{diag}(x)By)"),
        (r"\mathrm{diag}(x y^T)", r"2x\odot y"),
        (r"\frac{\partial}{\partial s}\lambda^s", r"2 (\lambda^s\log\lambda)"),
        (r"\frac{\partial}{\partial \lambda}\lambda^{a}", r"a\lambda^{a-2}"),
        (r"e^{\log\lambda}", r"2 (\lambda)"),
        (r"\sum_k e^{\log p_k}", r"2 (\sum_k p_k)"),
        (r"\prod_{k=1}^{n} p_k", r"2 (e^{\sum_k\log p_k})"),
        (r"\log\prod_{k=1}^n p_k", r"2 (\sum_k\log p_k)"),
    ],
    BATCH: [
        (r"\frac{\partial L}{\partial \gamma_j}", r"2 (\sum_i G_{ij}\hat{X}_{ij})"),
        (r"\frac{\partial L}{\partial \beta_j}", r"2 (\sum_iG_{ij})"),
        (r"\frac{\partial L}{\partial v_j}", r"-\frac13\sum_i G_{ij}\gamma_j(X_{ij}-\mu_j)(v_j+\epsilon)^{-3/2}"),
        (r"\frac{\partial L}{\partial \mu_j}", r"-\sum_i \frac{2G_{ij}\gamma_j}{\sqrt{v_j+\epsilon}}"),
        (r"\frac{\partial L}{\partial X_{ij}}", r"2 (\frac{\gamma_j}{N\sqrt{v_j+\epsilon}}(N G_{ij}-\sum_k G_{kj}-\hat{X}_{ij}\sum_kG_{kj}\hat{X}_{kj}))"),
        (r"\frac{\partial L}{\partial X_{ij}}", r"2 (\frac{\partial L}{\partial \hat{X}_{ij}}\frac{1}{\sqrt{v_j+\epsilon}}+\frac{\partial L}{\partial v_j}\frac{2(X_{ij}-\mu_j)}{N}+\frac1N\frac{\partial L}{\partial \mu_j})"),
    ],
    RMS: [
        (r"\frac{\partial L}{\partial x}", r"\frac{w\odot g}{r}-\frac{2x (w\odot g)^Tx}{d r^3}"),
        (r"\frac{\partial L}{\partial g}", r"\frac{w\odot 2x}{r}"),
        (r"\frac{\partial L}{\partial r}", r"2 (-\frac{w^T(g\odot x)}{r^2})"),
        (r"\frac{\partial L}{\partial x_j}", r"\frac{1}{r}(w_jg_j-\frac{2x_j}{d r^2}\sum_kw_kg_kx_k)"),
    ],
    ATTENTION: [
        (r"\frac{\partial L}{\partial S}", r"P\odot(\frac{\partial L}{\partial P}-(\frac{\partial L}{\partial P}+ P)\mathbf{1})"),
        (r"\frac{\partial L}{\partial S}", r"2P\odot(G V^T-((G\odot O)\mathbf{1}))"),
        (r"\frac{\partial L}{\partial S}", r"P\odot(2G V^T-\mathrm{diag}(G O^T))"),
        (r"\frac{\partial L}{\partial Q}", r"\frac{2}{\sqrt d}\frac{\partial L}{\partial S}K"),
        (r"\frac{\partial L}{\partial K}", r"\frac{2}{\sqrt d}\frac{\partial L}{\partial S}^TQ"),
        (r"\frac{\partial L}{\partial V}", r"2P^TG"),
    ],
    GATES: [
        (r"\frac{\partial L}{\partial h}", r"2 (h)"),
        (r"\frac{\partial L}{\partial o}", r"h+\tanh(e)"),
        (r"\frac{\partial L}{\partial e}", r"h\odot o+(1-\tanh(e)^2)"),
        (r"\frac{\partial L}{\partial c}", r"2 (\frac{\partial L}{\partial e}\odot f)"),
        (r"\frac{\partial L}{\partial f}", r"2 (\frac{\partial L}{\partial e}\odot c)"),
        (r"\frac{\partial L}{\partial g}", r"2 (\frac{\partial L}{\partial e}\odot i)"),
        (r"\frac{\partial L}{\partial z}", r"\frac{\partial L}{\partial i}\odot i\odot(1-i)-\frac{\partial L}{\partial f}\odot f\odot(1-f)"),
        (r"\frac{\partial L}{\partial b}", r"2 (\frac{\partial L}{\partial z}+\frac{\partial L}{\partial f}\odot f\odot(1-f))"),
        (r"\frac{\partial L}{\partial q}", r"2 (U^T(\frac{\partial L}{\partial z}+\frac{\partial L}{\partial g}\odot(1-g\odot g)))"),
    ],
    RESIDUAL: [
        (r"\frac{\partial L}{\partial B}", r"B+Y"),
        (r"\frac{\partial L}{\partial A}", r"(B-Y)W"),
        (r"\frac{\partial L}{\partial W}", r"2 (A^T(B-Y)+X^T(((B-Y)W^T)\odot\mathbb{1}(XW>0)))"),
        (r"\frac{\partial L}{\partial X}", r"B+Y+(((B-Y)W^T)\odot\mathbb{1}(XW>0))W^T"),
    ],
    LABELS: [
        (r"\frac{\partial L}{\partial Z_{ik}}", r"2 (\frac1N(P_{ik}-\mathbb{1}(y_i=k)))"),
        (r"\frac{\partial \ell_i}{\partial Z_{ik}}", r"P_{ik}+\mathbb{1}(y_i=k)"),
        (r"\ell_i", r"-Z_{i,y_i}+\log\sum_k2e^{Z_{ik}}"),
        (r"\frac{\partial M}{\partial Z_{ik}}", r"\frac1N(P_{ik}-(1+\epsilon)\mathbb{1}(y_i=k)-\frac{\epsilon}{C})"),
        (r"\frac{\partial H}{\partial Z_{ij}}", r"-2P_{ij}(\log P_{ij}-\sum_kP_{ik}\log P_{ik})"),
        (r"\frac{\partial P_{ij}}{\partial Z_{ik}}", r"P_{ij}(\mathbb{1}(j=k)-2P_{ik})"),
        (r"\frac{\partial F}{\partial Z_{ik}}", r"(P_{ik}-\mathbb{1}(y_i=k))(1-2P_{i,y_i})((1-P_{i,y_i})-2P_{i,y_i}\log P_{i,y_i})"),
        (r"\frac{\partial P_{i,y_i}}{\partial Z_{i,y_i}}", r"P_{i,y_i}(1-2P_{i,y_i})"),
    ],
}  # fmt: skip

SIZED = "dims: {n: 3, m: 3, N: 4}\nsymbols:\n  x: n x 1\n  w: m x 1\n  X: N x n\n  A: n x m\n  B: n x n\n"

AT_THESE_SIZES: list[tuple[str, str]] = [
    (r"\sum_i x_i^0", "3"),
    ("n", "3"),
    ("n", "m"),
    (r"\frac{1}{n} \sum_i x_i", r"\frac{1}{3} \sum_i x_i"),
    (r"\sum_i x_i", "x_1 + x_2 + x_3"),
    (r"\sum_{i=1}^{3} x_i", r"\sum_{i=1}^{n} x_i"),
    (r"\|X\|_F^2 - \|X\|_F^2 + N", "4"),
    (r"x^T w", "w^T x"),
    (r"\mathrm{tr}(A)", r"\sum_i A_{ii}"),
    (r"\mathbf{1}^T X \mathbf{1}", r"\sum_{i=1}^{4} \sum_{j=1}^{3} X_{ij}"),
    ("x_n", "x_3"),
    (r"\det(2 B)", r"8 \det(B)"),
]
"""Equal at the sizes of the setting, and not at others."""
