"""What makes two open proposals the same: the key that the database keeps unique among them. Pure."""

import hashlib
import json

from flows.proposals.flow_def import FlowDef, ProposalType


def identity_of(command: FlowDef) -> str:
    """A creation is the same as another one of the same ends, specification and delivery; a new specification equals any other
    new one. A change or removal of a physical flow blocks every other change and the removal of it.

    Data types, descriptions, external ids and the reason do not tell proposals apart.
    """
    if command.proposal_type is not ProposalType.CREATE:
        return f"change:{command.physical_flow_id}"
    spec, attributes = command.specification, command.flow_attributes
    if attributes is None:
        raise ValueError("A creation has attributes.")
    parts = [
        str(command.source.id),
        str(command.target.id),
        str(spec.id) if spec and spec.id else "",
        *(attributes.name, attributes.basis_offset, attributes.frequency, attributes.transport, attributes.criticality),
    ]
    return f"create:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"
