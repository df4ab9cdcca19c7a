"""A film's cut as editors exchange it: OpenTimelineIO, EDL, a 剪映 draft, subtitle files."""
