"""The edge to the Outlook pane and the Teams tab."""
