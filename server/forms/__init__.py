"""What a form is: conversion, the parsed definition, datatypes, the expression language, compatibility."""
