"""The kinds of files, by code."""

from collections.abc import Mapping
from typing import Final

from flows.catalogue.importing.data_types import DataTypeImport
from flows.catalogue.importing.entities import EntityImport
from flows.catalogue.importing.involvements import InvolvementImport
from flows.catalogue.importing.judging import ImportKind
from flows.catalogue.importing.logical_flows import LogicalFlowImport
from flows.catalogue.importing.physical_flows import PhysicalFlowImport

KINDS: Final[Mapping[str, ImportKind]] = {
    kind.code: kind
    for kind in (EntityImport(), InvolvementImport(), DataTypeImport(), LogicalFlowImport(), PhysicalFlowImport())
}
