// Every error that gibbs throws on purpose: one class per kind. A message says who, what was wrong, and what to do about it.

/** The base of all errors that gibbs throws on purpose; anything else that escapes is a bug of gibbs. */
export class GibbsError extends Error {
  /** The name of the class. */
  override name = "GibbsError";
}

/** A parameter, option or input has a value that is not allowed. `parameter` names it. */
export class ParameterError extends GibbsError {
  override name = "ParameterError";
  /** The name of the parameter, option or input. */
  readonly parameter: string;
  constructor(parameter: string, message: string) {
    super(message);
    this.parameter = parameter;
  }
}

/** No device of the wanted kind can be opened; the message lists what was tried and the remedies. */
export class DeviceUnavailableError extends GibbsError {
  override name = "DeviceUnavailableError";
  /** Why, in a browser; each cause has its own remedy. */
  readonly reason: "insecure" | "no-webgpu" | "request-failed" | "no-adapter" | undefined;
  constructor(
    message: string,
    { reason, ...options }: ErrorOptions & Pick<DeviceUnavailableError, "reason"> = { reason: undefined },
  ) {
    super(message, options);
    this.reason = reason;
  }
}

/** The GPU stopped answering or was taken away. Numbers since the last checkpoint are gone; open a new device and restore. */
export class DeviceLostError extends GibbsError {
  override name = "DeviceLostError";
}

/** The GPU rejected work that gibbs sent. */
export class GpuError extends GibbsError {
  override name = "GpuError";
}

/** The GPU has not enough memory for the request. */
export class OutOfMemoryError extends GpuError {
  override name = "OutOfMemoryError";
}

/** Something was used after its `dispose`. */
export class DisposedError extends GibbsError {
  override name = "DisposedError";
}

/** A checkpoint cannot be read: truncated, damaged, foreign, or of a newer version. */
export class CheckpointError extends GibbsError {
  override name = "CheckpointError";
}

/** A file cannot be read or written. */
export class FileError extends GibbsError {
  override name = "FileError";
}
