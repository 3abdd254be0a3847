// The gallery: runs that are worth a look, each a link. scripts/pictures.js takes their pictures (host-web/public/gallery/ID.jpg).

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
}

const run = (id: string, model: string, title: string, text: string, link: string, tags: string): Run => ({
  ...{ id, model, title, text, tags },
  link: `v=2&${link}`,
});

export const runs: readonly Run[] = [
  run(
    "ising-critical",
    "ising",
    "Critical point",
    "At T = 2.269 there are domains of all sizes, within each other.",
    "seed=11&size=512,512&temperature=2.269&start=random&step=600",
    "phase transition, scaling, fractal",
  ),
  run(
    "ising-coarsening",
    "ising",
    "Coarsening after a quench",
    "From a random state to T = 1: domains grow as the square root of time.",
    "seed=3&size=512,512&temperature=1&start=random&step=60",
    "domain growth, quench, ordering",
  ),
  run(
    "ising-antiferromagnet",
    "ising",
    "Antiferromagnet",
    "With negative couplings neighbours differ: two checkerboards compete.",
    "seed=5&size=64,40&temperature=1.6&couplings=-1,-1&start=random&step=80",
    "checkerboard, staggered, frustration",
  ),
  run(
    "ising-anisotropic",
    "ising",
    "Unequal couplings",
    "Couplings of 1 along x and 0.1 along y: stripes along the strong bonds.",
    "seed=7&size=512,512&temperature=1.1&couplings=1,0.1&start=random&step=300",
    "anisotropy, stripes",
  ),
  run(
    "potts-five",
    "potts",
    "Five states",
    "Domains of five states below the transition.",
    "seed=3&states=5&size=256,256&temperature=0.83&step=300",
    "phase transition, domains",
  ),
  run(
    "potts-many",
    "potts",
    "Soap froth",
    "With 64 states at a low temperature domains coarsen like the cells of a froth.",
    "seed=4&states=64&size=256,256&temperature=0.3&start=random&step=60",
    "grain growth, coarsening",
  ),
  run(
    "curie-weiss",
    "curie-weiss",
    "Mean-field magnet",
    "Below T = 1 the magnetization has two most probable values.",
    "seed=1&size=256&temperature=0.95&step=600",
    "mean field, phase transition, bistability",
  ),
  run(
    "hopfield-recall",
    "hopfield",
    "A digit recalled",
    "A cue with 30 % of its spins flipped becomes the stored digit.",
    "seed=1&neurons=1024&patterns=50&digits=1&noise=0.3&step=1",
    "associative memory, pattern completion",
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
  ),
  run(
    "rbm-digits",
    "rbm",
    "A machine learns digits",
    "Chains of a Boltzmann machine that is trained on handwritten digits.",
    "seed=1&hidden=64&chains=63&step=600",
    "contrastive divergence, generative, MNIST",
  ),
  run(
    "reservoir-lorenz",
    "reservoir",
    "Forecast of chaos",
    "Echo-state networks forecast the Lorenz system from its past.",
    "seed=1&units=100&train=2000&test=500&starts=4&step=8",
    "echo state, time series, Lorenz",
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
    "gillespie-schloegl",
    "gillespie",
    "Schlögl's model",
    "Trajectories choose between two steady states that rate equations keep apart.",
    "seed=2&example=schloegl&points=201&step=512",
    "bistability, chemical, switching",
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
  ),
  run(
    "dynamics-rossler",
    "dynamics",
    "Rössler's band",
    "One fold makes chaos of a rotation.",
    "seed=1&example=rossler&points=1001&step=64",
    "chaos, flow, strange attractor",
  ),
];
