"""The page shown in Outlook and in the tab: TypeScript in `src`, built into `dist`, which is not committed."""
