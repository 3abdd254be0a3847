// Rates of arithmetic: each thread keeps chains that do not wait for each other in registers. What they begin with and how long they go on
// stands in a buffer, and their ends are written, so that no compiler can make them shorter.

override WORKGROUP: u32 = 128u;
/// Words of workgroup memory that a workgroup reads, a power of 2.
const ROOM = 2048u;

struct Run {
  seed: u32,
  rounds: u32,
  factor: f32,
  term: f32,
}

@group(0) @binding(0) var<storage, read_write> ends: array<vec4u>;
@group(0) @binding(1) var<storage, read> run: Run;

var<workgroup> room: array<vec4u, ROOM / 4u>;

fn mix(x: ptr<function, vec4u>, y: ptr<function, vec4u>) {
  *x += *y;
  *y = ((*y << vec4u(13u)) | (*y >> vec4u(19u))) ^ *x;
  *y += *x;
  *x = ((*x << vec4u(17u)) | (*x >> vec4u(15u))) ^ *y;
}

fn mix_pair(x: ptr<function, vec2u>, y: ptr<function, vec2u>) {
  *x += *y;
  *y = ((*y << vec2u(13u)) | (*y >> vec2u(19u))) ^ *x;
  *y += *x;
  *x = ((*x << vec2u(17u)) | (*x >> vec2u(15u))) ^ *y;
}

/// As in Threefry, a third each of additions, rotations and exclusive ors: 4 chains of 2 words, 24 operations a mix, 96 a round.
@compute @workgroup_size(WORKGROUP)
fn integer(@builtin(global_invocation_id) id: vec3u) {
  var x = vec4u(run.seed + 8u * id.x) + vec4u(0u, 1u, 2u, 3u);
  var y = x + 4u;
  for (var round = 0u; round < run.rounds; round++) {
    mix(&x, &y);
    mix(&x, &y);
    mix(&x, &y);
    mix(&x, &y);
  }
  ends[id.x] = x ^ y;
}

/// The same in 2 chains, which compilers without many registers prefer: 12 operations a mix, 48 a round.
@compute @workgroup_size(WORKGROUP)
fn integer_pairs(@builtin(global_invocation_id) id: vec3u) {
  var x = vec2u(run.seed + 8u * id.x) + vec2u(0u, 1u);
  var y = x + 4u;
  for (var round = 0u; round < run.rounds; round++) {
    mix_pair(&x, &y);
    mix_pair(&x, &y);
    mix_pair(&x, &y);
    mix_pair(&x, &y);
  }
  ends[id.x] = vec4u(x ^ y, 0u, 0u);
}

/// 16 chains of a multiplication and an addition, four links of each: 128 operations a round.
@compute @workgroup_size(WORKGROUP)
fn float(@builtin(global_invocation_id) id: vec3u) {
  var a = vec4f(f32(id.x % 256u) / 256.0) + vec4f(0.0, 0.1, 0.2, 0.3);
  var b = a + 0.4;
  var c = a + 0.8;
  var d = a + 1.2;
  let factor = vec4f(run.factor);
  let term = vec4f(run.term);
  for (var round = 0u; round < run.rounds; round++) {
    for (var link = 0u; link < 4u; link++) {
      a = fma(a, factor, term);
      b = fma(b, factor, term);
      c = fma(c, factor, term);
      d = fma(d, factor, term);
    }
  }
  ends[id.x] = bitcast<vec4u>(a + b + c + d);
}

/// 16 bytes of each of 4 places in turn, neighbours next to each other: 64 bytes a round.
@compute @workgroup_size(WORKGROUP)
fn workgroup_memory(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  for (var at = lane; at < ROOM / 4u; at += WORKGROUP) {
    room[at] = vec4u(run.seed + 4u * at) + vec4u(0u, 1u, 2u, 3u);
  }
  workgroupBarrier();
  const most = ROOM / 4u - 1u;
  var sum = vec4u();
  var at = lane;
  for (var round = 0u; round < run.rounds; round++) {
    sum ^= room[at & most] + room[(at + WORKGROUP) & most];
    sum += room[(at + 2u * WORKGROUP) & most] ^ room[(at + 3u * WORKGROUP) & most];
    at += 1u;
  }
  ends[id.x] = sum;
}

/// Next to nothing: what a dispatch costs by itself.
@compute @workgroup_size(1)
fn nothing() {
  ends[0].x += run.rounds;
}
