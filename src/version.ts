/** The version of this package. */
export const version: string = __GIBBS_VERSION__;
