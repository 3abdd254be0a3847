// Networks by name, with the time that shows what they do. Each names its source.

export interface Example {
  title: string;
  network: string;
  until: number;
}

/** Networks that come with `gillespie`, by name: a title, the text, and the time to run for. */
export const examples = {
  "birth-death": {
    title: "Immigration and death: Poisson at all times",
    network: "0 -> X @ k; X -> 0 @ g; k = 10; g = 0.1; X = 0",
    until: 50,
  },
  isomerisation: {
    title: "A and B in turn: binomial at all times",
    network: "A <-> B @ k1, k2; k1 = 1; k2 = 0.5; A = 100",
    until: 5,
  },
  dimerisation: {
    title: "Two P bind to one P2, and part again",
    network: "2 P <-> P2 @ k1, k2; k1 = 0.001; k2 = 0.01; P = 100",
    until: 50,
  },
  sir: {
    title: "Epidemic in a closed population (Kermack and McKendrick 1927): a third of them die out at once",
    network: "S + I -> 2 I @ beta; I -> R @ gamma; beta = 0.002; gamma = 1; S = 999; I = 1",
    until: 20,
  },
  telegraph: {
    title: "A gene that switches, its RNA and its protein (Peccoud and Ycart 1995): bursts",
    network:
      "Off <-> On @ a, b; On -> On + M @ km; M -> 0 @ gm; M -> M + P @ kp; P -> 0 @ gp; a = 0.5; b = 0.5; km = 20; gm = 1; kp = 5; gp = 0.2; Off = 1",
    until: 40,
  },
  schloegl: {
    title: "Schlögl 1972: two stable states, and jumps between them by noise",
    network:
      "2 X -> 3 X @ c1*N1; 3 X -> 2 X @ c2; 0 -> X @ c3*N2; X -> 0 @ c4; c1 = 3e-7; c2 = 1e-4; c3 = 1e-3; c4 = 3.5; N1 = 1e5; N2 = 2e5; X = 250",
    until: 10,
  },
  "toggle-switch": {
    title: "Two genes that repress each other (Gardner, Cantor and Collins 2000)",
    network:
      "0 -> U @ a*(1 - hill(V, K, 3)); U -> 0 @ g; 0 -> V @ a*(1 - hill(U, K, 3)); V -> 0 @ g; a = 50; K = 20; g = 1; U = 30; V = 5",
    until: 20,
  },
  "michaelis-menten": {
    title: "An enzyme and its substrate (Michaelis and Menten 1913)",
    network: "E + S <-> ES @ c1, c2; ES -> E + P @ c3; c1 = 0.01; c2 = 0.1; c3 = 0.1; E = 10; S = 100",
    until: 50,
  },
  "lotka-volterra": {
    title: "Prey and predator (Gillespie 1977): cycles that grow until one dies out",
    network:
      "Prey -> 2 Prey @ c1; Prey + Predator -> 2 Predator @ c2; Predator -> 0 @ c3; c1 = 10; c2 = 0.01; c3 = 10; Prey = 1000; Predator = 1000",
    until: 10,
  },
  repressilator: {
    title: "Three genes in a ring, each repressing the next (Elowitz and Leibler 2000): an oscillator",
    network: `0 -> MA @ a*(1 - hill(C, K, 2)) + a0; 0 -> MB @ a*(1 - hill(A, K, 2)) + a0; 0 -> MC @ a*(1 - hill(B, K, 2)) + a0
      MA -> 0 @ gm; MB -> 0 @ gm; MC -> 0 @ gm; MA -> MA + A @ kp; MB -> MB + B @ kp; MC -> MC + C @ kp; A -> 0 @ gp; B -> 0 @ gp; C -> 0 @ gp
      a = 30; a0 = 0.03; K = 40; gm = 0.35; kp = 7; gp = 0.07; MA = 10`,
    until: 200,
  },
  "linear-birth-death": {
    title: "Each individual divides or dies: the exact chance of extinction",
    network: "X -> 2 X @ l; X -> 0 @ m; l = 1; m = 0.8; X = 5",
    until: 5,
  },
} as const satisfies Record<string, Example>;

export type ExampleName = keyof typeof examples;
