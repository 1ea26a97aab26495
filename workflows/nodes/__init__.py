"""What machines do at automatic steps: one small module per kind behind `base.NodeKind`; `registry` names them all."""
