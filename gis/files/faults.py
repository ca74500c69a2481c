"""What can be wrong with a plant directory: a code, its parameters, and the sentence in both languages."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from gis.errors import TwinError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# code → (Chinese, English). Parameters are filled in by name.
SENTENCES: dict[str, tuple[str, str]] = {
    "directory_missing": ("没有这个文件夹", "there is no such directory"),
    "file_missing": ("缺少文件", "the file is missing"),
    "file_unreadable": ("文件无法读取：{why}", "the file cannot be read: {why}"),
    "not_utf8": ("文件不是 UTF-8 编码（字节 {byte}）", "the file is not UTF-8 (byte {byte})"),
    "not_yaml": ("不是有效的 YAML：{why}", "not valid YAML: {why}"),
    "not_geojson": ("不是有效的 GeoJSON：{why}", "not valid GeoJSON: {why}"),
    "not_csv": ("不是有效的 CSV：{why}", "not valid CSV: {why}"),
    "column_unknown": ("未知的列", "unknown column"),
    "column_twice": ("列重复", "the column is there twice"),
    "column_missing": ("缺少列", "the column is missing"),
    "too_many_cells": ("单元格多于列数", "more cells than columns"),
    "field_missing": ("缺少字段", "the field is missing"),
    "field_unknown": ("未知的字段", "unknown field"),
    "wrong_type": ("应为{expected}，而不是 {got}", "expected {expected}, not {got}"),
    "out_of_range": ("{got} 超出范围（{bound}）", "{got} is out of range ({bound})"),
    "not_one_of": ("{got} 不在允许的值之内：{expected}", "{got} is not one of {expected}"),
    "bad_text": ("文本 {got} 不符合要求的格式（{expected}）", "the text {got} does not have the form {expected}"),
    "bad_value": ("无效的值：{why}", "invalid value: {why}"),
    "geometry_missing": ("缺少几何", "the geometry is missing"),
    "geometry_kind": ("几何应为 {expected}，而不是 {got}", "the geometry must be {expected}, not {got}"),
    "geometry_height": (
        "几何带有高程；高度应写入属性",
        "the geometry has heights; heights belong into the properties",
    ),
    "too_far": (
        "距厂区原点 {distance_km} 公里，超过 {limit_km} 公里",
        "{distance_km} km from the plant's origin, more than {limit_km} km",
    ),
    "heights_reversed": ("z_min_m {low} 不低于 z_max_m {high}", "z_min_m {low} is not below z_max_m {high}"),
    "duplicate_code": ("编号 {code} 重复（首次出现于 {first}）", "the code {code} is used twice (first in {first})"),
    "duplicate_version": (
        "{code} 的版本 {version} 重复（首次出现于 {first}）",
        "version {version} of {code} is there twice (first in {first})",
    ),
    "overlapping_versions": (
        "{code} 的版本 {version} 与版本 {other} 的有效期重叠",
        "version {version} of {code} overlaps in time with version {other}",
    ),
    "unknown_reference": ("没有编号为 {code} 的{what}", "there is no {what} with the code {code}"),
    "circular_parent": ("{code} 是自己的上级", "{code} is its own ancestor"),
    "camera_without_asset": (
        "没有编号为 {code} 的摄像机资产",
        "there is no asset of kind camera with the code {code}",
    ),
    "too_few_control_points": (
        "控制点只有 {count} 个；应为 0 个或至少 {least} 个",
        "only {count} control points; give none or at least {least}",
    ),
    "bad_frame": ("坐标系无法拟合：{why}", "the frame cannot be fitted: {why}"),
    "unknown_timezone": ("未知的时区 {got}", "unknown time zone {got}"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class PlantFault:
    """One thing wrong with a plant directory.

    Attributes:
        file: file name in the directory.
        record: which record, e.g. `line 7`, `feature 3 (T-101)`, `engines[0]`; empty for the whole file.
        field: which field, dotted when nested; empty for the whole record.
        code: a key of `SENTENCES`.
        params: what the sentence names.
    """

    file: str
    record: str
    field: str
    code: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)

    @property
    def en(self) -> str:
        """The sentence in English."""
        return SENTENCES[self.code][1].format_map(self.params)

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return SENTENCES[self.code][0].format_map(self.params)

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.record, self.field) if part)
        return f"{where}: {self.en}"


class PlantFilesError(TwinError):
    """A plant directory with one or more faults, all of them listed in `faults`."""

    def __init__(self, faults: Sequence[PlantFault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        super().__init__(
            f"{count} fault{'s' if count != 1 else ''} in the plant's files:\n" + "\n".join(map(str, self.faults))
        )
