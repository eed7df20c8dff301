// Microsoft's own check of a Teams manifest: prints what it finds, as JSON. Usage: node app_manifest.js PACKAGES MANIFEST
const [packages, manifest] = process.argv.slice(2);
const { AppManifestUtils } = require(`${packages}/@microsoft/app-manifest/build/generated-types`);

AppManifestUtils.readAndValidateTeamsManifest(manifest).then(
  ([, found]) => console.log(JSON.stringify(found)),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
