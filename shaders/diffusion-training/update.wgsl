// requires: diffusion-training/run.wgsl
// A step of Adam (Kingma & Ba 2015, arXiv 1412.6980), the average of the parameters, and the loss. One invocation: four parameters.

@group(0) @binding(2) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(3) var<storage, read> squares: array<f32>;
@group(0) @binding(4) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> means: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> variances: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> averages: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> losses: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn update(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i < arrayLength(&parameters)) {
    let slope = gradient[i];
    let mean = means[i] + run.mean_renewal * (slope - means[i]);
    let variance = variances[i] + run.variance_renewal * (slope * slope - variances[i]);
    let value = parameters[i] - step.rate * mean / (sqrt(step.correction * variance) + run.epsilon);
    means[i] = mean;
    variances[i] = variance;
    parameters[i] = value;
    // Without an average it is the value to the last bit.
    let average = averages[i] + step.renewal * (value - averages[i]);
    averages[i] = select(average, value, vec4<bool>(step.renewal == 1.0));
  }
  if (i == 0u) {
    var sum = 0.0;
    for (var d = 0u; d < run.dimension; d++) {
      sum += squares[d];
    }
    losses[step.slot] = run.share * sum;
  }
}
