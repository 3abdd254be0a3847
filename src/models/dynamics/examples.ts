// Systems by name, with the time that shows what they do. Each names its source.

export interface Example {
  title: string;
  system: string;
  until: number;
}

/** Systems that come with `dynamics`, by name: a title with its source, the text, and the time to run for. */
export const examples = {
  lorenz: {
    title: "Lorenz 1963: convection, and the butterfly",
    system: `x' = s*(y - x)
y' = x*(r - z) - y
z' = x*y - b*z
s = 10; r = 28; b = 8/3
x ~ normal(0, 1); y ~ normal(0, 1); z ~ normal(25, 1)`,
    until: 50,
  },
  rossler: {
    title: "Rössler 1976: one fold, and nothing else",
    system: `x' = -y - z
y' = x + a*y
z' = b + z*(x - c)
a = 0.2; b = 0.2; c = 5.7
x ~ normal(1, 0.5); y ~ normal(1, 0.5); z = 0`,
    until: 200,
  },
  "henon-heiles": {
    title: "Hénon and Heiles 1964: a star in a galaxy; order and chaos at one energy",
    system: `x' = u
y' = v
u' = -x - 2*x*y
v' = -y - x^2 + y^2
energy := (u^2 + v^2 + x^2 + y^2)/2 + x^2*y - y^3/3
x = 0; y ~ uniform(-0.2, 0.2); u = 0.4; v ~ uniform(-0.1, 0.1)`,
    until: 100,
  },
  duffing: {
    title: "Ueda 1979: a driven oscillator with a cubic spring",
    system: `x' = v
v' = -k*v - x^3 + B*cos(p)
p' = 1
k = 0.05; B = 7.5
x ~ normal(2, 0.5); v ~ normal(0, 0.5); p = 0`,
    until: 100,
  },
  "double-scroll": {
    title: "Chua's circuit with a cubic resistor: two scrolls",
    system: `x' = a*(y - x^3/16 + x/6)
y' = x - y + z
z' = -b*y
a = 10; b = 14.87
x ~ normal(0.1, 0.1); y = 0; z = 0`,
    until: 100,
  },
  "van-der-pol": {
    title: "Van der Pol 1926: a relaxation oscillator",
    system: `x' = y
y' = mu*(1 - x^2)*y - x
mu = 2
x ~ normal(0, 2); y ~ normal(0, 2)`,
    until: 50,
  },
  "double-pendulum": {
    title: "Two equal pendula, one hanging from the other",
    system: `a' = u
b' = v
d = a - b
u' = (-3*sin(a) - sin(a - 2*b) - 2*sin(d)*(v^2 + u^2*cos(d)))/(3 - cos(2*d))
v' = 2*sin(d)*(2*u^2 + 2*cos(a) + v^2*cos(d))/(3 - cos(2*d))
energy := u^2 + v^2/2 + u*v*cos(d) - 2*cos(a) - cos(b)
a ~ normal(2, 0.01); b ~ normal(2, 0.01); u = 0; v = 0`,
    until: 30,
  },
  "coupled-rossler": {
    title: "Two Rössler systems that differ in frequency (Rosenblum, Pikovsky and Kurths 1996)",
    system: `x' = -w*y - z + g*(X - x)
y' = w*x + 0.15*y
z' = 0.2 + z*(x - 10)
X' = -W*Y - Z + g*(x - X)
Y' = W*X + 0.15*Y
Z' = 0.2 + Z*(X - 10)
w = 0.985; W = 1.015; g = 0.035
difference := abs(x - X)
x ~ normal(1, 1); y ~ normal(1, 1); z = 0; X ~ normal(1, 1); Y ~ normal(1, 1); Z = 0`,
    until: 200,
  },
  "mackey-glass": {
    title: "Mackey and Glass 1977: blood cells that are made from what was lacking a while ago",
    system: `x' = b*x(t - tau)/(1 + x(t - tau)^10) - g*x
b = 0.2; g = 0.1; tau = 17
x ~ uniform(0.5, 1.5)
delayed := x(t - tau)`,
    until: 500,
  },
  hutchinson: {
    title: "Hutchinson 1948: logistic growth, limited by the population of some time ago",
    system: `N' = r*N*(1 - N(t - tau))
r = 1.8; tau = 1
N ~ uniform(0.5, 1.5)
delayed := N(t - tau)`,
    until: 60,
  },
  kuramoto: {
    title: "Kuramoto 1975: oscillators that pull each other come into step",
    system: `units i = n
theta[i]' = w[i] + K*mean(j, sin(theta[j] - theta[i]))
n = 1000; K = 2
w[i] ~ quantiles(cauchy(0, 0.5)); theta[i] ~ uniform(0, 2*pi)
r := sqrt(mean(i, cos(theta[i]))^2 + mean(i, sin(theta[i]))^2)`,
    until: 20,
  },
  "lorenz-96": {
    title: "Lorenz 1996: weather along a circle of latitude",
    system: `units i = 40
x[i]' = (x[i+1] - x[i-2])*x[i-1] - x[i] + F
F = 8; x[i] ~ normal(8, 0.1)
square := mean(i, x[i]^2)`,
    until: 20,
  },
  waves: {
    title: "A wave along a ring of masses and springs: d'Alembert 1747, and the dispersion of its grid",
    system: `units i = n
u[i]' = v[i]
v[i]' = c^2*(u[i+1] - 2*u[i] + u[i-1])
n = 128; c = 1
u[i] = exp(-((i - n/2)/6)^2); v[i] = 0
energy := mean(i, (v[i]^2 + c^2*(u[i+1] - u[i])^2)/2)`,
    until: 128,
  },
  "coupled-maps": {
    title: "Kaneko 1984: logistic maps, each coupled to its neighbours",
    system: `units i = 200 on ring(1)
f[i] = 1 - a*x[i]^2
x[i] -> (1 - e)*f[i] + e*mean(j, f[j])
a = 1.75; e = 0.3; x[i] ~ uniform(-1, 1)
square := mean(i, x[i]^2)`,
    until: 1000,
  },
  logistic: {
    title: "The logistic map (May 1976)",
    system: "x -> r*x*(1 - x); r = 4; x ~ uniform(0, 1)",
    until: 1000,
  },
  henon: {
    title: "Hénon 1976: a strange attractor of the plane",
    system: "x -> 1 - a*x^2 + y; y -> b*x; a = 1.4; b = 0.3; x ~ uniform(-0.1, 0.1); y ~ uniform(-0.1, 0.1)",
    until: 1000,
  },
  standard: {
    title: "Chirikov 1979: a kicked rotor; p and x are turns",
    system: `p -> p + kick - floor(p + kick)
x -> x + p + kick - floor(x + p + kick)
kick = K/(2*pi)*sin(2*pi*x)
K = 1.2; p ~ uniform(0, 1); x ~ uniform(0, 1)`,
    until: 1000,
  },
  doubling: {
    title: "2 x mod 1: every step a bit",
    system: "x -> 2*x - floor(2*x); x ~ uniform(0, 1)",
    until: 20,
  },
} as const satisfies Record<string, Example>;

export type ExampleName = keyof typeof examples;
