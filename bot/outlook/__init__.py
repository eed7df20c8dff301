"""The edge to the page: the Outlook pane and the Teams tab, their sign-in, and the turns that they ask for."""
