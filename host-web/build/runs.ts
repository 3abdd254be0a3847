// The gallery: runs that are worth a look, each a link. scripts/pictures.js takes their pictures (host-web/public/gallery/ID.jpg),
// scripts/clips.js their clips (ID.webm).

export interface Run {
  /** Of its picture. */
  id: string;
  model: string;
  title: string;
  /** What to look at, one sentence. */
  text: string;
  /** What follows the # of the page's address. */
  link: string;
  /** Words by which it is found, other than those of its title, its text and its model. */
  tags: string;
  /** What its card plays: so many pictures, so many steps apart. */
  clip?: Clip;
}

interface Clip {
  from: number;
  every: number;
  frames: number;
  /** How long each stays, in pictures; one where it is not said. */
  hold?: number;
  /** Milliseconds until a picture has followed its step. */
  wait?: number;
  /** The run stands at its end, and its picture in space turns once around. */
  turns?: boolean;
}

type Text = string;
const run = (id: string, model: string, title: Text, text: Text, link: string, tags: Text, clip?: Clip): Run => ({
  ...{ id, model, title, text, tags },
  link: `v=2&${link}`,
  ...(clip && { clip }),
});

export const runs: readonly Run[] = [
  run(
    "ising-critical",
    "ising",
    "Critical point",
    "At T = 2.269 there are domains of all sizes, within each other.",
    "seed=11&size=512,512&temperature=2.269&start=random&step=600",
    "phase transition, scaling, fractal",
    { from: 600, every: 2, frames: 28 },
  ),
  run(
    "ising-coarsening",
    "ising",
    "Coarsening after a quench",
    "From a random state to T = 1: domains grow as the square root of time.",
    "seed=3&size=512,512&temperature=1&start=random&step=60",
    "domain growth, quench, ordering",
    { from: 1, every: 2, frames: 45 },
  ),
  run(
    "ising-antiferromagnet",
    "ising",
    "Antiferromagnet",
    "With negative couplings neighbours differ: two checkerboards compete.",
    "seed=5&size=64,40&temperature=1.6&couplings=-1,-1&start=random&step=80",
    "checkerboard, staggered, frustration",
    { from: 0, every: 2, frames: 45 },
  ),
  run(
    "ising-anisotropic",
    "ising",
    "Unequal couplings",
    "Couplings of 1 along x and 0.1 along y: stripes along the strong bonds.",
    "seed=7&size=512,512&temperature=1.1&couplings=1,0.1&start=random&step=300",
    "anisotropy, stripes",
    { from: 1, every: 6, frames: 20 },
  ),
  run(
    "potts-five",
    "potts",
    "Five states",
    "Domains of five states below the transition.",
    "seed=3&states=5&size=256,256&temperature=0.83&step=300",
    "phase transition, domains",
    { from: 1, every: 6, frames: 45 },
  ),
  run(
    "potts-many",
    "potts",
    "Soap froth",
    "With 64 states at a low temperature domains coarsen like the cells of a froth.",
    "seed=4&states=64&size=256,256&temperature=0.3&start=random&step=60",
    "grain growth, coarsening",
    { from: 1, every: 2, frames: 45 },
  ),
  run(
    "curie-weiss",
    "curie-weiss",
    "Mean-field magnet",
    "Below T = 1 the magnetization has two most probable values.",
    "seed=1&size=256&temperature=0.95&step=600",
    "mean field, phase transition, bistability",
    { from: 20, every: 12, frames: 45 },
  ),
  run(
    "curie-weiss-above",
    "curie-weiss",
    "Above the transition",
    "At T = 1.3 the most probable magnetization is zero.",
    "seed=1&size=256&temperature=1.3&step=600",
    "mean field, paramagnet",
  ),
  run(
    "curie-weiss-field",
    "curie-weiss",
    "Mean field in a field",
    "A small field makes one of the two magnetizations much more probable.",
    "seed=1&size=256&temperature=0.95&field=0.01&step=600",
    "mean field, bistability, asymmetry",
  ),
  run(
    "hopfield-recall",
    "hopfield",
    "A digit recalled",
    "A cue with 30 % of its spins flipped becomes the stored digit.",
    "seed=1&neurons=1024&patterns=50&digits=1&noise=0.3&step=1",
    "associative memory, pattern completion",
    { from: 0, every: 1, frames: 3, hold: 10 },
  ),
  run(
    "hopfield-overload",
    "hopfield",
    "Too many patterns",
    "Beyond 0.138 patterns a neuron the memory is lost.",
    "seed=1&neurons=1024&patterns=250&digits=1&noise=0.1&step=8",
    "capacity, spin glass",
  ),
  run(
    "dense-memory",
    "dense-memory",
    "Half a digit",
    "A modern Hopfield network completes one of 300 digits from its upper half.",
    "seed=1&neurons=784&patterns=300&digits=300&interaction=exponential&cue=3&covered=0.5&step=1",
    "attention, pattern completion",
    { from: 0, every: 1, frames: 2, hold: 18 },
  ),
  run(
    "dense-memory-pairs",
    "dense-memory",
    "Too many for pairs",
    "With pair couplings, as in the Hopfield model, 300 digits are too many: the state is none of them.",
    "seed=1&neurons=784&patterns=300&digits=300&interaction=polynomial&order=2&cue=3&covered=0.5&step=8",
    "capacity, spin glass",
  ),
  run(
    "rbm-digits",
    "rbm",
    "A machine learns digits",
    "Chains of a Boltzmann machine that is trained on handwritten digits.",
    "seed=1&hidden=64&chains=63&step=600",
    "contrastive divergence, generative, MNIST",
    { from: 0, every: 50, frames: 13, hold: 3 },
  ),
  run(
    "rbm-features",
    "rbm",
    "Features of digits",
    "Each hidden unit has weights of its own to the pixels: strokes and their places.",
    "seed=1&hidden=64&chains=63&step=600&view.mode=features",
    "receptive fields, MNIST",
  ),
  run(
    "rbm-bars",
    "rbm",
    "Bars and stripes",
    "Samples become rows or columns, and not both.",
    "seed=1&data=bars&side=4&hidden=32&chains=63&step=2000",
    "generative, exact",
  ),
  run(
    "reservoir-lorenz",
    "reservoir",
    "Forecast of chaos",
    "Echo-state networks forecast the Lorenz system from its past.",
    "seed=1&units=100&train=2000&test=500&starts=4&step=8",
    "echo state, time series, Lorenz",
    { from: 8, every: 0, frames: 60, turns: true },
  ),
  run(
    "reservoir-mackey-glass",
    "reservoir",
    "Mackey and Glass's series",
    "Small networks forecast a chaotic series with a delay, for a short while.",
    "seed=1&task=mackey-glass&units=100&train=2000&test=500&starts=4&step=8",
    "echo state, time series, delay",
  ),
  run(
    "reservoir-memory",
    "reservoir",
    "Memory of a reservoir",
    "How well the states of 100 units recall the inputs of 1, 2, 3, … steps ago.",
    "seed=1&task=memory&units=100&train=2000&test=500&step=8",
    "memory capacity, echo state",
  ),
  run(
    "ngrc-lorenz",
    "ngrc",
    "Regression on monomials",
    "A next-generation reservoir forecasts 10,000 starts of the Lorenz system.",
    "seed=1&starts=10000&step=40",
    "time series, Lorenz, NG-RC",
  ),
  run(
    "ngrc-henon",
    "ngrc",
    "Hénon's map learned",
    "A quadratic map is learned exactly, and its attractor is reproduced.",
    "seed=1&system=henon&starts=1000&step=40",
    "attractor, map",
  ),
  run(
    "diffusion-modes",
    "diffusion",
    "From noise to eight modes",
    "The ways of samples in time: each decides late for a mode.",
    "seed=1&samples=4096&steps=50&step=50&view.mode=time",
    "generative, score, sampler",
  ),
  run(
    "diffusion-moons",
    "diffusion",
    "Two moons",
    "Samples of a distribution whose score is known exactly.",
    "seed=1&data=moons&samples=16384&steps=50&step=50&view.time=50",
    "generative, score",
    { from: 0, every: 1, frames: 51 },
  ),
  run(
    "diffusion-spiral",
    "diffusion",
    "Spiral",
    "A distribution on a curve: noise is removed along its normal.",
    "seed=1&data=spiral&samples=16384&steps=50&step=50&view.time=46",
    "generative, manifold",
  ),
  run(
    "diffusion-training-moons",
    "diffusion-training",
    "A network learns two moons",
    "The loss falls, and samples of the network approach the data.",
    "seed=1&data=moons&width=64&layers=2&batch=64&learningRate=0.005&steps=600&points=4000&step=600",
    "training, score matching, Adam",
    { from: 0, every: 20, frames: 31, wait: 4000 },
  ),
  run(
    "gillespie-schloegl",
    "gillespie",
    "Schlögl's model",
    "Trajectories choose between two steady states that rate equations keep apart.",
    "seed=2&example=schloegl&points=201&step=512",
    "bistability, chemical, switching",
    { from: 2, every: 3, frames: 38 },
  ),
  run(
    "gillespie-sir",
    "gillespie",
    "An epidemic",
    "SIR: some outbreaks die out, others infect most people.",
    "seed=2&example=sir&points=201&step=512",
    "epidemiology, SIR, extinction",
  ),
  run(
    "gillespie-lotka-volterra",
    "gillespie",
    "Predators and prey",
    "Single animals make the oscillations of Lotka and Volterra noisy, each in its own phase.",
    "seed=2&example=lotka-volterra&points=201&step=256",
    "ecology, oscillation",
  ),
  run(
    "gillespie-repressilator",
    "gillespie",
    "Repressilator",
    "Three genes that repress each other in a ring oscillate.",
    "seed=2&example=repressilator&points=201&step=128",
    "gene network, oscillation, synthetic biology",
  ),
  run(
    "gillespie-toggle",
    "gillespie",
    "Toggle switch",
    "Two genes that repress each other: one of them wins.",
    "seed=2&example=toggle-switch&points=201&step=256",
    "gene network, bistability",
  ),
  run(
    "dynamics-logistic",
    "dynamics",
    "Period doubling",
    "The orbit diagram of the logistic map: periods double until chaos sets in.",
    "seed=1&example=logistic&set=r%3D2.8:4:640&until=400&transient=300&points=101&step=64",
    "chaos, bifurcation, map, Feigenbaum",
  ),
  run(
    "dynamics-lorenz",
    "dynamics",
    "Lorenz's attractor",
    "Trajectories from all starts end on one attractor.",
    "seed=1&example=lorenz&points=1001&step=64",
    "chaos, flow, strange attractor",
  ),
  run(
    "dynamics-henon",
    "dynamics",
    "Hénon's attractor",
    "A strange attractor of a map of the plane.",
    "seed=1&example=henon&until=2000&transient=100&points=1901&step=64",
    "chaos, map, fractal, strange attractor",
  ),
  run(
    "dynamics-standard",
    "dynamics",
    "Standard map",
    "Islands of regular motion in a sea of chaos.",
    "seed=1&example=standard&until=1000&points=1001&step=256",
    "Hamiltonian, chaos, KAM, kicked rotor",
    { from: 8, every: 6, frames: 34 },
  ),
  run(
    "dynamics-rossler",
    "dynamics",
    "Rössler's band",
    "One fold makes chaos of a rotation.",
    "seed=1&example=rossler&points=1001&step=64",
    "chaos, flow, strange attractor",
  ),
  run(
    "dynamics-mackey-glass",
    "dynamics",
    "A delay makes chaos",
    "Mackey and Glass's equation: what has been made now depends on what was there 17 before.",
    "seed=1&example=mackey-glass&points=1001&step=64",
    "chaos, delay, physiology",
  ),
  run(
    "dynamics-hutchinson",
    "dynamics",
    "Late regulation",
    "Hutchinson's equation: a population that reacts too late oscillates.",
    "seed=1&example=hutchinson&points=401&step=64",
    "delay, ecology, Hopf bifurcation, oscillation",
  ),
];
