def check_film(path, made): return []
