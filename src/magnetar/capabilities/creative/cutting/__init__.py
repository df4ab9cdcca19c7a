"""Cutting: a merchant's raw clips and photos become a finished, labelled film (云剪, AI 成片, AI 增强创意)."""
