/** Options of the components' compiler, for the build and for the checker. */
export default { compilerOptions: { css: "external" } };
